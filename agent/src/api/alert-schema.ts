import { z } from "zod";

/** More than any alert carries; bounds what the log keeps. */
const MAX_LABELS = 64;
const MAX_LABEL_NAME_CHARACTERS = 256;
const MAX_LABEL_VALUE_CHARACTERS = 1_024;

/** Holds the labels of the group, so it may be longer than one of them. */
const MAX_GROUP_KEY_CHARACTERS = 8_192;

/** Alertmanager's own default is no limit; the body limit is reached long before. */
const MAX_ALERTS = 10_000;

const text = z.string();

const labels = z
  .record(text.max(MAX_LABEL_NAME_CHARACTERS), text.max(MAX_LABEL_VALUE_CHARACTERS))
  .refine((given) => Object.keys(given).length <= MAX_LABELS, `more than ${MAX_LABELS} labels`);

/** RFC 3339 allows any number of digits after the second; nanoseconds with an offset take 35. */
const MAX_MOMENT_CHARACTERS = 64;

const moment = z.iso.datetime({ offset: true }).max(MAX_MOMENT_CHARACTERS);

const alertStatus = z.enum(["firing", "resolved"]);

/**
 * One alert of the payload. The optional fields are those that Grafana-managed alerts add; whatever
 * else comes is ignored, as both senders add fields between versions.
 */
const alert = z.object({
  status: alertStatus,
  labels,
  annotations: z.record(text, text).default({}),
  startsAt: moment,
  endsAt: moment.optional().meta({ description: "0001-01-01T00:00:00Z while it fires." }),
  generatorURL: text.optional(),
  fingerprint: text.min(1).max(MAX_LABEL_NAME_CHARACTERS),
  silenceURL: text.optional(),
  dashboardURL: text.optional(),
  panelURL: text.optional(),
  imageURL: text.optional(),
  valueString: text.optional(),
  values: z.record(text, z.unknown()).nullish(),
});

/**
 * The webhook payload of Alertmanager, version 4, and its superset from Grafana, which says 1.
 * Sources: Prometheus documentation, "Configuration", `webhook_config`; Grafana documentation,
 * "Configure the webhook notifier for Alerting".
 */
export const alertPayloadSchema = z
  .object({
    version: z.enum(["4", "1"]),
    groupKey: text.min(1).max(MAX_GROUP_KEY_CHARACTERS),
    truncatedAlerts: z.number().int().min(0).default(0),
    status: alertStatus,
    receiver: text,
    groupLabels: labels.default({}),
    commonLabels: labels.default({}),
    commonAnnotations: z.record(text, text).default({}),
    externalURL: text.optional(),
    alerts: z.array(alert).max(MAX_ALERTS),
    orgId: z.number().int().optional(),
    title: text.optional(),
    state: text.optional(),
    message: text.optional(),
  })
  .meta({ id: "AlertPayload" });

export type AlertPayload = z.output<typeof alertPayloadSchema>;

const recordedAlertSchema = z
  .object({
    groupKey: z.string(),
    fingerprint: z.string(),
    status: alertStatus,
    labels: z.record(z.string(), z.string()),
    startsAt: z.string(),
    firstReceivedSeconds: z.number().meta({ description: "Seconds since the Unix epoch." }),
    lastReceivedSeconds: z.number(),
    timesReceived: z.number().int(),
  })
  .meta({ id: "RecordedAlert" });

export type RecordedAlert = Readonly<z.output<typeof recordedAlertSchema>>;

export const recordAnswerSchema = z
  .object({ recorded: z.number().int(), repeated: z.number().int() })
  .meta({ id: "RecordAnswer" });

export const alertListSchema = z
  .object({
    alerts: z.array(recordedAlertSchema),
    dropped: z.number().int().meta({ description: "Forgotten because the log is bounded." }),
  })
  .meta({ id: "AlertList" });
