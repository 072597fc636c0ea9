import React from 'react';
import { createTheme } from '@grafana/data';
import { setBackendSrv } from '@grafana/runtime';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import { driftFrames, NOW_MS, panelData } from '../components/fixture';
import { readView } from '../data/read-view';
import { WorkloadView } from '../data/view';
import { DEFAULT_OPTIONS } from '../defaults';
import { AlertActions } from './AlertActions';
import { oneOffAlert } from './one-off';
import { RuleContext } from './rules';

const granted = new Set<string>();
jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual('@grafana/runtime'),
  hasAllPermissions: (actions: string[]) => actions.every((action) => granted.has(action)),
  hasPermission: (action: string) => granted.has(action),
}));

const RULES: RuleContext = {
  workload: { namespace: 'default', workload: 'shop' },
  segment: 'all',
  driftThreshold: 0.5,
  confidenceThreshold: 0.8,
  datasourceUid: 'prom-1',
  dashboardUid: 'dash-1',
  panelId: 7,
};

function shop(): WorkloadView {
  const result = readView(
    panelData(driftFrames()),
    DEFAULT_OPTIONS,
    {},
    {
      nowMs: NOW_MS,
      theme: createTheme(),
      replaceVariables: (text) => text,
    }
  );
  if (result.status !== 'ready') {
    throw new Error(`not ready: ${result.status}`);
  }
  return result.view.shown;
}

/** The only part of Grafana's client that is used. */
function answerWith(post: (url: string, body: unknown) => Promise<unknown>) {
  const posted = jest.fn(post);
  // A test that used more of it would fail as loudly as it should.
  setBackendSrv({ post: posted } as unknown as Parameters<typeof setBackendSrv>[0]);
  return posted;
}

async function raise() {
  render(<AlertActions shown={shop()} rules={RULES} alertmanagerUid="am-1" />);
  fireEvent.click(screen.getByRole('button', { name: 'Raise alert now' }));
  const confirm = within(screen.getByRole('dialog')).getByRole('button', { name: 'Raise alert' });
  await act(async () => {
    fireEvent.click(confirm);
    fireEvent.click(confirm);
  });
}

beforeEach(() => {
  granted.clear();
  ['alert.rules:create', 'alert.rules:read', 'alert.instances.external:write'].forEach((action) => granted.add(action));
});

describe('a one-off alert', () => {
  it('has a start, an end one hour later, and says what is known', () => {
    expect(oneOffAlert(shop(), NOW_MS, 'http://grafana.example/d/1')).toEqual({
      labels: {
        alertname: 'PresageRaisedByPerson',
        namespace: 'default',
        workload: 'shop',
        severity: 'warning',
        source: 'presage-behavior-panel',
      },
      annotations: {
        summary: 'Someone asks to look at shop',
        description: expect.stringMatching(/^Drift score 0\.720?, confidence 96%\. Replicas: 2 now, 5 recommended\.$/),
      },
      startsAt: '2026-01-01T12:00:00.000Z',
      endsAt: '2026-01-01T13:00:00.000Z',
      generatorURL: 'http://grafana.example/d/1',
    });
  });

  it('is sent once, to the Alertmanager that was chosen, though confirmed twice', async () => {
    const posted = answerWith(async () => ({}));
    await raise();
    expect(posted).toHaveBeenCalledTimes(1);
    expect(posted).toHaveBeenCalledWith(
      '/api/datasources/proxy/uid/am-1/api/v2/alerts',
      [expect.objectContaining({ labels: expect.objectContaining({ workload: 'shop' }) })],
      expect.anything()
    );
    expect(screen.getByRole('status')).toHaveTextContent('Alert raised');
  });

  it('is not sent before it was shown and confirmed', () => {
    const posted = answerWith(async () => ({}));
    render(<AlertActions shown={shop()} rules={RULES} alertmanagerUid="am-1" />);
    fireEvent.click(screen.getByRole('button', { name: 'Raise alert now' }));
    expect(screen.getByRole('dialog')).toHaveTextContent(/alertname.*PresageRaisedByPerson.*startsAt.*endsAt/);
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(posted).not.toHaveBeenCalled();
  });

  it.each([
    [
      'forbidden',
      { status: 403, data: { message: 'Access denied' }, config: {} },
      /403 Access denied\. You may not raise/,
    ],
    ['not found', { status: 404, data: {}, statusText: 'Not Found', config: {} }, /404 Not Found\. There is no such/],
    ['refused by Alertmanager', { status: 400, data: 'bad label', config: {} }, /400 bad label\./],
    ['no answer', new TypeError('Failed to fetch'), /There was no answer: Failed to fetch/],
  ])('says why it was not raised: %s', async (_name, failure, words) => {
    answerWith(() => Promise.reject(failure));
    await raise();
    expect(screen.getByRole('alert')).toHaveTextContent(words);
    expect(screen.getByRole('button', { name: 'Raise alert now' })).toBeEnabled();
  });
});

describe('who may', () => {
  it.each([
    ['neither', [], [false, false]],
    ['rules without reading them', ['alert.rules:create'], [false, false]],
    ['rules', ['alert.rules:create', 'alert.rules:read'], [true, false]],
    ['one-off alerts', ['alert.instances.external:write'], [false, true]],
  ])('%s', (_name, permissions, [rules, oneOff]) => {
    granted.clear();
    permissions.forEach((action) => granted.add(action));
    render(<AlertActions shown={shop()} rules={RULES} alertmanagerUid="am-1" />);
    expect(screen.queryByRole('button', { name: 'Create alert rule' }) !== null).toBe(rules);
    expect(screen.queryByRole('button', { name: 'Raise alert now' }) !== null).toBe(oneOff);
  });

  it('offers no one-off alert without an Alertmanager', () => {
    render(<AlertActions shown={shop()} rules={RULES} alertmanagerUid="" />);
    expect(screen.queryByRole('button', { name: 'Raise alert now' })).not.toBeInTheDocument();
  });
});

it('regression: who may raise alerts is told that the Alertmanager is missing, not the permission', () => {
  granted.clear();
  granted.add('alert.instances.external:write');
  render(<AlertActions shown={shop()} rules={RULES} alertmanagerUid="" />);
  expect(screen.getByText(/^Choose an Alertmanager in the panel’s options/)).toBeInTheDocument();
  expect(screen.queryByText(/ask an editor/)).not.toBeInTheDocument();
});

it('links each rule to the form', async () => {
  render(<AlertActions shown={shop()} rules={RULES} alertmanagerUid="" />);
  await act(async () => {
    fireEvent.click(screen.getByRole('button', { name: 'Create alert rule' }));
  });
  const items = screen.getAllByRole('menuitem');
  expect(items).toHaveLength(3);
  for (const item of items) {
    expect(item).toHaveAttribute('href', expect.stringMatching(/^\/alerting\/new\?defaults=%7B/));
  }
});
