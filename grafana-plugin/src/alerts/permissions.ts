import { hasAllPermissions, hasPermission } from '@grafana/runtime';

/** The names are those of Grafana's role-based access control; without it they follow from the roles. */
export const mayCreateRules = () => hasAllPermissions(['alert.rules:create', 'alert.rules:read']);
export const mayRaiseAlerts = () => hasPermission('alert.instances.external:write');
