/** What a process that can not listen finds by looking: how often its name was wanted by another one. */
export const poll = [`ALTER TABLE {processes} ADD COLUMN challenged bigint NOT NULL DEFAULT 0`] as const
