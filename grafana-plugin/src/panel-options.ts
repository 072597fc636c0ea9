import { PanelOptionsEditorBuilder } from '@grafana/data';
import { t } from '@grafana/i18n';
import { DEFAULT_OPTIONS } from './defaults';
import { PanelOptions } from './types';

const THRESHOLD = { min: 0, max: 1, step: 0.05 };

/** The panel's editor. Grafana calls it when the editor opens, so the texts are in the person's language. */
export function addPanelOptions(builder: PanelOptionsEditorBuilder<PanelOptions>): void {
  addWorkload(builder);
  addDrift(builder);
  addParts(builder);
  addAlerts(builder);
}

function addWorkload(builder: PanelOptionsEditorBuilder<PanelOptions>): void {
  const category = [t('options.workload.category', 'Workload')];
  builder
    .addTextInput({
      path: 'workload',
      name: t('options.workload.name', 'Workload'),
      description: t(
        'options.workload.description',
        'Empty: the most urgent one, with a list to choose from. Variables such as $workload may be used.'
      ),
      category,
      defaultValue: DEFAULT_OPTIONS.workload,
      settings: { placeholder: t('options.workload.placeholder', 'The most urgent one') },
    })
    .addTextInput({
      path: 'namespace',
      name: t('options.namespace.name', 'Namespace'),
      description: t(
        'options.namespace.description',
        'Empty: workloads of any namespace. Variables such as $namespace may be used.'
      ),
      category,
      defaultValue: DEFAULT_OPTIONS.namespace,
      settings: { placeholder: t('options.namespace.placeholder', 'Any') },
    })
    .addTextInput({
      path: 'segment',
      name: t('options.segment.name', 'Segment'),
      description: t(
        'options.segment.description',
        'The group of callers to show; "all" is the whole workload. Variables may be used.'
      ),
      category,
      defaultValue: DEFAULT_OPTIONS.segment,
    })
    .addNumberInput({
      path: 'horizonSeconds',
      name: t('options.horizonSeconds.name', 'Forecast horizon'),
      description: t('options.horizonSeconds.description', 'In seconds; 0 is the longest that is forecast.'),
      category,
      defaultValue: DEFAULT_OPTIONS.horizonSeconds,
      settings: { min: 0, integer: true },
    });
}

function addDrift(builder: PanelOptionsEditorBuilder<PanelOptions>): void {
  const category = [t('options.drift.category', 'Drift')];
  builder
    .addSliderInput({
      path: 'driftThreshold',
      name: t('options.driftThreshold.name', 'Score threshold'),
      description: t(
        'options.driftThreshold.description',
        'Behavior differs when its score is above this: the same as drift.threshold of the agent.'
      ),
      category,
      defaultValue: DEFAULT_OPTIONS.driftThreshold,
      settings: THRESHOLD,
    })
    .addSliderInput({
      path: 'confidenceThreshold',
      name: t('options.confidenceThreshold.name', 'Confidence threshold'),
      description: t(
        'options.confidenceThreshold.description',
        'Below this it is not sure yet: the same as drift.confidenceThreshold of the agent.'
      ),
      category,
      defaultValue: DEFAULT_OPTIONS.confidenceThreshold,
      settings: THRESHOLD,
    });
}

function addParts(builder: PanelOptionsEditorBuilder<PanelOptions>): void {
  const category = [t('options.display.category', 'Display')];
  builder
    .addSelect({
      path: 'layout',
      name: t('options.layout.name', 'Layout'),
      description: t('options.layout.description', 'Automatic goes by the size of the panel.'),
      category,
      defaultValue: DEFAULT_OPTIONS.layout,
      settings: {
        options: [
          { value: 'auto', label: t('options.layout.auto', 'Automatic') },
          { value: 'compact', label: t('options.layout.compact', 'Compact') },
          { value: 'full', label: t('options.layout.full', 'Full') },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'showWhy',
      name: t('options.showWhy.name', 'Show why'),
      description: t('options.showWhy.description', 'Contributions, alternatives, limits and sentences of the agent.'),
      category,
      defaultValue: DEFAULT_OPTIONS.showWhy,
      showIf: isNotCompact,
    })
    .addBooleanSwitch({
      path: 'showQuality',
      name: t('options.showQuality.name', 'Show how sure'),
      description: t('options.showQuality.description', 'How good past forecasts and decisions were.'),
      category,
      defaultValue: DEFAULT_OPTIONS.showQuality,
      showIf: isNotCompact,
    });
}

function addAlerts(builder: PanelOptionsEditorBuilder<PanelOptions>): void {
  const category = [t('options.alerts.category', 'Alerts')];
  builder
    .addBooleanSwitch({
      path: 'showAlerts',
      name: t('options.showAlerts.name', 'Offer alerts'),
      description: t('options.showAlerts.description', 'Buttons for those who may create rules or raise alerts.'),
      category,
      defaultValue: DEFAULT_OPTIONS.showAlerts,
      showIf: isNotCompact,
    })
    .addTextInput({
      path: 'alertmanagerUid',
      name: t('options.alertmanagerUid.name', 'Alertmanager'),
      description: t(
        'options.alertmanagerUid.description',
        'The uid of an Alertmanager data source, for alerts that a person raises. Empty: they are not offered.'
      ),
      category,
      defaultValue: DEFAULT_OPTIONS.alertmanagerUid,
      showIf: (options) => isNotCompact(options) && options.showAlerts,
    });
}

function isNotCompact({ layout }: Pick<PanelOptions, 'layout'>): boolean {
  return layout !== 'compact';
}
