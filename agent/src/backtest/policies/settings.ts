/** Target utilizations, ratios: from three times too much to less than is needed. */
export const TARGET_UTILIZATIONS: readonly number[] = [
  0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.1, 1.2,
];

/** What is added to what a policy expects, as a share of it. */
export const HEADROOMS: readonly number[] = [
  -0.1, 0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2,
];

/** How long fewer replicas must have been wanted before they are taken away, seconds. */
export const HOLDS_SECONDS: readonly number[] = [0, 120, 300, 600];
