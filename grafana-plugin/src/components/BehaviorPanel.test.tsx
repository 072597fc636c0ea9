import React from 'react';
import { DataFrame, FieldType, LoadingState, toDataFrame } from '@grafana/data';
import { act, render, screen, within } from '@testing-library/react';
import { DEFAULT_OPTIONS } from '../defaults';
import { BehaviorPanel } from './BehaviorPanel';
import { driftFrames, NOW_MS, panelData, panelProps, series, warmingUpFrames } from './fixture';

// jsdom has no canvas to draw on; the chart is looked at in a real browser.
jest.mock('./LoadChart', () => ({ LoadChart: () => <div data-testid="chart" /> }));
// Grafana sets this view as it starts; alone, the package has none.
jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual('@grafana/runtime'),
  PanelDataErrorView: ({ message }: { message: string }) => <div>{message}</div>,
  hasAllPermissions: () => false,
  hasPermission: () => false,
}));

function show(frames: DataFrame[], change = {}, dataChange = {}) {
  return render(<BehaviorPanel {...panelProps(panelData(frames, dataChange), change)} />);
}

const section = (name: string) => within(screen.getByRole('region', { name }));

describe('what the panel says of a drift', () => {
  beforeEach(() => show(driftFrames()));

  it('gives the verdict in words, with score and confidence', () => {
    expect(screen.getByRole('heading', { level: 3 })).toHaveTextContent('Behavior differs');
    expect(screen.getByText(/^Score 0\.72; a change is 96% likely$/)).toBeInTheDocument();
  });

  it('says what was decided, in which mode, and until when', () => {
    const facts = within(screen.getByRole('list', { name: 'Decision' })).getAllByRole('listitem');
    expect(facts.map(({ textContent }) => textContent)).toEqual([
      'Sized ahead, because behavior has changed',
      'Shadow mode: publishes, does not act',
      'Valid for 4 min',
    ]);
  });

  it('sets the recommendation beside what runs', () => {
    const [replicas] = within(screen.getByRole('list', { name: 'Current and recommended resources' })).getAllByRole(
      'listitem'
    );
    expect(replicas).toHaveTextContent('Replicas2 → 5 more(4 to 6)');
  });

  it('tells load and forecast in words, and in a table', () => {
    expect(screen.getByRole('figure')).toHaveAccessibleName(/52.* measured; 56.* forecast in 5 min \(50.* to 62.*\)\./);
    // Eight measured points, and eight forecasts that reach beyond them: eight rows of all, the last one at 12:05.
    const rows = screen.getAllByRole('row');
    expect(rows).toHaveLength(9);
    expect(rows.at(-1)).toHaveTextContent(/12:05:00/);
  });

  it('gives each contribution its sign, and the total', () => {
    const rows = within(screen.getByRole('list', { name: 'Why this many replicas' })).getAllByRole('listitem');
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      'Changed behavior+4',
      'How fast it may grow−1',
      'From current to recommended2 → 5',
    ]);
  });

  it('says what is different, what limits it and how sure it is', () => {
    expect(section('What is different').getByRole('listitem')).toHaveTextContent(
      'partner: which operations are called62%'
    );
    expect(section('What limits it').getByText('How fast it may grow')).toBeInTheDocument();
    expect(
      section('How sure it is').getByText(/^92% of what came was inside the interval of its forecast\.$/)
    ).toBeInTheDocument();
    expect(
      section('How sure it is').getByText('The forecast’s error is 12% smaller than that of the guess “as now”.')
    ).toBeInTheDocument();
  });

  it('says that outcomes and alternatives are not measured yet', () => {
    expect(section('What it would have been otherwise').getByText('Not measured yet')).toBeInTheDocument();
    expect(section('How good past decisions were').getByText('Not measured yet')).toBeInTheDocument();
  });

  it('has the sections under the verdict', () => {
    const levels = screen.getAllByRole('heading').map(({ tagName }) => tagName);
    expect(levels[0]).toBe('H3');
    expect(new Set(levels.slice(1))).toEqual(new Set(['H4']));
  });

  it('says why nobody may create alerts here', () => {
    expect(screen.getByText('You may not create alerts here: ask an editor.')).toBeInTheDocument();
  });
});

describe('states', () => {
  it('waits with words', () => {
    show([], {}, { state: LoadingState.Loading });
    expect(screen.getByRole('status')).toHaveTextContent('Asking for the agent’s metrics');
  });

  it('keeps what it had while it asks again', () => {
    show(driftFrames(), {}, { state: LoadingState.Loading });
    expect(screen.getByText('Behavior differs')).toBeInTheDocument();
  });

  it('names the metrics that it expects, and what came instead', () => {
    show([series('up', {}, 1)]);
    expect(
      screen.getByText(/Ask Prometheus for presage_observed_calls_per_second.*Found instead: .*up/)
    ).toBeInTheDocument();
  });

  it('shows the message of the data source, beside what it had', () => {
    show(driftFrames(), {}, { state: LoadingState.Error, errors: [{ message: 'connection refused' }] });
    expect(screen.getByRole('alert')).toHaveTextContent('connection refused');
    expect(screen.getByText('Behavior differs')).toBeInTheDocument();
  });

  it('shows the message of the data source alone, when there is nothing else', () => {
    show([], {}, { state: LoadingState.Error, errors: [{ data: { message: 'bad query' } }] });
    expect(screen.getByRole('alert')).toHaveTextContent(/bad query.*Check the data source/);
  });

  it('names the workloads that there are, when the wanted one is not', () => {
    show(driftFrames(), { options: { ...DEFAULT_OPTIONS, workload: 'nope' } });
    expect(screen.getByRole('status')).toHaveTextContent(/Nothing is known about nope.*default\/shop/);
  });

  it('gives the reason of a model that is warming up, and what to do', () => {
    show(warmingUpFrames());
    expect(screen.getByRole('heading', { level: 3 })).toHaveTextContent('No answer yet');
    expect(screen.getAllByText('Drift is still being learned: too little time has been observed')).not.toHaveLength(0);
    expect(screen.getAllByText('Wait: it learns while calls come.')).not.toHaveLength(0);
  });

  it('regression: a recommendation that expires is no longer shown, though nobody refreshes', () => {
    jest.useFakeTimers({ now: NOW_MS });
    try {
      show(driftFrames());
      expect(screen.getByText('Valid for 4 min')).toBeInTheDocument();
      act(() => {
        jest.advanceTimersByTime(241_000);
      });
      expect(screen.queryByText('Valid for 4 min')).not.toBeInTheDocument();
      expect(screen.getAllByText(/expired/i)).not.toHaveLength(0);
      expect(screen.queryByText(/2 → 5/)).not.toBeInTheDocument();
    } finally {
      jest.useRealTimers();
    }
  });
});

it('regression: two numbers with the same unit have it once', () => {
  const memory = (metric: string, labels: Record<string, string>, mebibytes: number) =>
    series(`presage_${metric}_memory_bytes`, labels, mebibytes * 1024 ** 2);
  show([
    ...driftFrames(),
    memory('current', {}, 512),
    ...Object.entries({ lower: 256, target: 768, upper: 2048 }).map(([bound, value]) =>
      memory('recommended', { bound }, value)
    ),
  ]);
  expect(screen.getByText('Memory of each replica').closest('li')).toHaveTextContent(
    'Memory of each replica512 → 768 MiB more(256 MiB to 2 GiB)'
  );
});

it('regression: after what is measured, why nothing is forecast is a sentence of its own', () => {
  show(warmingUpFrames());
  expect(screen.getByRole('figure')).toHaveAccessibleName(
    /^52.* measured\. Forecast is still being learned: too little time has been observed\.$/
  );
});

it('regression: what it would have been otherwise reads right for one replica, too', () => {
  show([...driftFrames(), series('presage_counterfactual_replicas', { cause: 'drift' }, 1)]);
  expect(section('What it would have been otherwise').getByText('replicas: 1')).toBeInTheDocument();
});

it('regression: says of all marks that are not drawn how many they are', () => {
  const deployed = Array.from({ length: 220 }, (_, index) => NOW_MS - index * 1000);
  const annotations = toDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: deployed },
      { name: 'text', type: FieldType.string, values: deployed.map(() => 'Deployed') },
    ],
  });
  show(driftFrames(), {}, { annotations: [annotations] });
  const drawn = within(screen.getByRole('list', { name: 'Marks in the chart' })).getAllByRole('listitem').length;
  // All of them, and the drift.
  expect(screen.getByText(`${221 - drawn} earlier ones are not shown`)).toBeInTheDocument();
});

describe('odd data', () => {
  it('shows an unknown label as itself, and markup as text', () => {
    show([...driftFrames(), series('presage_guard_active', { guard: '<b>new</b>' }, 1)]);
    expect(section('What limits it').getByText('<b>new</b>')).toBeInTheDocument();
  });
});

describe('sizes', () => {
  it('is one glance when small', () => {
    show(driftFrames(), { width: 200, height: 150 });
    expect(screen.getByText('Behavior differs')).toBeInTheDocument();
    expect(screen.getByText(/2 → 5/)).toBeInTheDocument();
    expect(screen.queryByTestId('chart')).not.toBeInTheDocument();
  });

  it('leaves quality out when medium', () => {
    show(driftFrames(), { width: 500, height: 400 });
    expect(screen.getByTestId('chart')).toBeInTheDocument();
    expect(screen.queryByText('How sure it is')).not.toBeInTheDocument();
  });

  it('can be scrolled with the keyboard', () => {
    show(driftFrames());
    expect(screen.getByRole('region', { name: 'Behavior' })).toHaveAttribute('tabindex', '0');
  });
});
