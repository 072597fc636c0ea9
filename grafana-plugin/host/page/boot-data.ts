import type { Scene } from "../src/scene.js";

/** What Grafana's server puts into its page, as far as a panel can see it. */
export function bootDataOf({ permissions, role, theme, locale, timeZone }: Scene): {
  readonly settings: object;
  readonly user: Record<string, unknown>;
  readonly navTree: readonly unknown[];
} {
  return {
    settings: {
      buildInfo: { version: GRAFANA_VERSION, commit: "", env: "production" },
      appUrl: `${location.origin}/`,
      appSubUrl: "",
      featureToggles: {},
      datasources: {},
      unifiedAlertingEnabled: true,
      disableSanitizeHtml: false,
    },
    user: {
      id: 1,
      isSignedIn: true,
      login: "host",
      name: "Host page",
      email: "",
      orgId: 1,
      orgName: "Main Org.",
      theme,
      lightTheme: theme === "light",
      language: locale,
      locale,
      timezone: timeZone,
      weekStart: "",
      ...rightsOf(permissions, role),
    },
    navTree: [],
  };
}

/** The part of the user that says what the person may do. */
export function rightsOf(
  permissions: readonly string[],
  role: Scene["role"],
): Record<string, unknown> {
  return {
    orgRole: role,
    isGrafanaAdmin: false,
    hasEditPermissionInFolders: role !== "Viewer",
    permissions: Object.fromEntries(permissions.map((action) => [action, true])),
  };
}
