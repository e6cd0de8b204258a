// The names of OpenTelemetry's conventions for messaging, and of what they do not know. A test compares them with the published list.

export const SCOPE = "@millrace/opentelemetry"
export const SYSTEM = "millrace"

/** Attributes of spans and metrics. */
export const attribute = {
  system: "messaging.system",
  operation: "messaging.operation.name",
  operationType: "messaging.operation.type",
  group: "messaging.consumer.group.name",
  stream: "messaging.destination.name",
  category: "messaging.destination.template",
  partition: "messaging.destination.partition.id",
  messageId: "messaging.message.id",
  conversation: "messaging.message.conversation_id",
  count: "messaging.batch.message_count",
  errorType: "error.type",
  exceptionType: "exception.type",
  exceptionMessage: "exception.message",
  exceptionStack: "exception.stacktrace",
  messageType: "millrace.message.type",
  position: "millrace.message.position",
  attempt: "millrace.attempt",
  replaying: "millrace.replaying",
  decision: "millrace.decision",
  verdict: "millrace.verdict",
  log: "millrace.log",
  laneStatus: "millrace.lane.status",
} as const

/** Instruments. */
export const metric = {
  sent: "messaging.client.sent.messages",
  consumed: "messaging.client.consumed.messages",
  operationDuration: "messaging.client.operation.duration",
  processDuration: "messaging.process.duration",
  failures: "millrace.failures",
  batchSize: "millrace.batch.size",
  lag: "millrace.group.lag",
  oldestAge: "millrace.group.oldest.age",
  lanes: "millrace.group.lanes",
  active: "millrace.group.active",
  schedules: "millrace.schedules",
} as const

/** What is noted of a failed message on the settle that stores the decision. */
export const failureEvent = {
  retry: "millrace.retry",
  park: "millrace.dead_letter",
  skip: "millrace.skip",
  stop: "millrace.group_stopped",
} as const

/** What is noted of a part that could not be stored. */
export const NOT_STORED = "millrace.not_stored"
