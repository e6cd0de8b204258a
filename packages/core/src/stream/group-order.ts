/**
 * How a group's messages are kept in order. `stream`: per stream, one lease per partition. `key`: per key that the worker computes,
 * one lease for the whole log. `log`: total order, one lease, one message at a time.
 */
export type GroupOrder = "stream" | "key" | "log"
