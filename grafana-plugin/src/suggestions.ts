import { DataFrame, PanelDataSummary, VisualizationSuggestion, VisualizationSuggestionScore } from '@grafana/data';
import { metricOf } from './data/series';
import { PanelOptions } from './types';

type Suggestion = VisualizationSuggestion<PanelOptions>;

/** What Grafana 12.3 hands over, of whose types the packages that this is built with know no more. */
interface FormerBuilder {
  readonly data?: { readonly series?: readonly DataFrame[] };
  getListAppender(defaults: { name: string; pluginId: string }): { append(suggestion: object): void };
}

/**
 * Suggests the panel only for data of Presage. From 12.4 on Grafana calls the supplier with a summary of the
 * data; 12.3 calls its method `getSuggestionsForData` with a builder, so the function has that as well.
 */
export function suggestionsSupplier(name: string, pluginId: string) {
  return Object.assign(
    (summary: Pick<PanelDataSummary, 'rawFrames'>): Suggestion[] => suggestionsFor(summary.rawFrames ?? []),
    {
      getSuggestionsForData(builder: FormerBuilder): void {
        const list = builder.getListAppender({ name, pluginId });
        for (const suggestion of suggestionsFor(builder.data?.series ?? [])) {
          list.append(suggestion);
        }
      },
    }
  );
}

function suggestionsFor(frames: readonly DataFrame[]): Suggestion[] {
  const any = frames.some((frame) => frame.fields.some((field) => metricOf(field, frame) !== undefined));
  return any ? [{ score: VisualizationSuggestionScore.Best, cardOptions: { previewModifier } }] : [];
}

/** The card is small. What a person then gets goes by the panel's size. */
function previewModifier(suggestion: Suggestion): void {
  suggestion.options = { ...suggestion.options, layout: 'compact' };
}
