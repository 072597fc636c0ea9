import { expect, test } from '@grafana/plugin-e2e';

// Needs a Grafana with the built plugin and a data source named Prometheus (docker compose of the project).

test('says what it needs when the data hold nothing of Presage', async ({ panelEditPage }) => {
  await panelEditPage.setVisualization('Presage Behavior');
  await expect(panelEditPage.panel.locator).toContainText('presage_');
});

test('offers its options, and those of alerts only outside the compact layout', async ({ panelEditPage }) => {
  await panelEditPage.setVisualization('Presage Behavior');

  const alerts = panelEditPage.getCustomOptions('Alerts');
  await expect(alerts.getTextInput('Alertmanager')).toBeVisible();

  await panelEditPage.getCustomOptions('Display').getSelect('Layout').selectOption('Compact');
  await expect(alerts.getTextInput('Alertmanager')).toBeHidden();
});
