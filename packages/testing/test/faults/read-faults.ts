import { setImmediate as turn } from "node:timers/promises"

import type { Position, StoredMessage } from "@millrace/core/backend"

import { appending } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of what readers see. */
export const readFaults: readonly Fault[] = [
  {
    name: "a page that one of several streams fills says that nothing follows",
    caughtBy: "read of several streams tells whether more follows",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        const page = await backend.read(query)
        if (query.from !== "streams") return page
        const last = page.messages.at(-1)?.streamId
        const streams = query.streams.slice(0, query.streams.findIndex(({ streamId }) => streamId === last) + 1)
        return { ...page, more: page.more && (await backend.read({ ...query, streams })).more }
      },
    }),
  },
  {
    name: "positions are assigned before the commit: some show up below what was read already",
    caughtBy: "append shows messages to readers in position order only",
    alter: (backend) => {
      const late = new Set<Position>()
      const keep = (messages: readonly StoredMessage[]): readonly StoredMessage[] =>
        messages.filter(({ position }) => !late.delete(position))
      return {
        ...backend,
        async append(appends) {
          const verdicts = await backend.append(appends)
          for (const verdict of verdicts)
            if (verdict.kind === "appended" && verdict.position % 3 === 0) late.add(verdict.position)
          return verdicts
        },
        async read(query) {
          const page = await backend.read(query)
          return { ...page, messages: keep(page.messages) }
        },
      }
    },
  },
  {
    name: "recordedAt is the writer's clock",
    caughtBy: "append records instants by the storage's clock",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        const page = await backend.read(query)
        return { ...page, messages: page.messages.map((message) => ({ ...message, recordedAt: message.createdAt })) }
      },
    }),
  },
  {
    name: "a read returns whatever its limit says",
    caughtBy: "read answers at most READ_LIMIT messages",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        const page = await backend.read(query)
        const last = page.messages.at(-1)
        if (!page.more || query.from !== "log" || query.limit <= page.messages.length || last === undefined) return page
        const rest = await backend.read({ ...query, after: last.position })
        return { ...rest, messages: [...page.messages, ...rest.messages] }
      },
    }),
  },
  {
    name: "more is true whenever a page is full",
    caughtBy: "read of the log keeps to its bounds",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        const page = await backend.read(query)
        return "limit" in query ? { ...page, more: page.messages.length === query.limit } : page
      },
    }),
  },
  {
    name: "backward pages begin at the log's start",
    caughtBy: "read of the log pages backward",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        if (query.from !== "log" || query.direction !== "backward") return backend.read(query)
        const page = await backend.read({ ...query, direction: "forward" })
        return { ...page, messages: page.messages.toReversed() }
      },
    }),
  },
  {
    name: "a backward page asks for the head before it asks for its messages",
    caughtBy: "read backward is one view of the log",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        if (query.from !== "log" || query.direction !== "backward") return backend.read(query)
        const { head } = await backend.read({ from: "log", limit: 1 })
        await turn()
        return { ...(await backend.read(query)), head }
      },
    }),
  },
  {
    name: "ranges of versions leave commands where they are",
    caughtBy: "read of a stream keeps to its range of versions",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        if (query.from !== "streams" || query.include !== "all") return backend.read(query)
        const commands = await backend.read({
          ...query,
          include: "commands",
          streams: query.streams.map(({ streamId }) => ({ streamId })),
        })
        const page = await backend.read({ ...query, include: "events" })
        const messages = [...commands.messages, ...page.messages].toSorted((one, two) => one.position - two.position)
        return { ...page, messages }
      },
    }),
  },
  {
    name: "afterPosition bounds every stream of a read",
    caughtBy: "read lets afterPosition bound the first stream only",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        const page = await backend.read(query)
        if (query.from !== "streams" || query.afterPosition === undefined || query.direction === "backward") return page
        const after = query.afterPosition
        return { ...page, messages: page.messages.filter(({ position }) => position > after) }
      },
    }),
  },
  {
    name: "several streams are mixed in log order",
    caughtBy: "read of several streams answers them one after another",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        const page = await backend.read(query)
        if (query.from !== "streams") return page
        return { ...page, messages: page.messages.toSorted((one, two) => one.position - two.position) }
      },
    }),
  },
  {
    name: "a conversation is the messages that share a cause",
    caughtBy: "read of a conversation answers its messages",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        const page = await backend.read(query)
        if (query.from !== "correlation") return page
        return { ...page, messages: page.messages.filter(({ causationId }) => causationId === query.correlationId) }
      },
    }),
  },
  {
    name: "documents are put whatever revision is expected",
    caughtBy: "documents are put only at the revision expected",
    alter: (backend) =>
      appending(backend, (append) =>
        append.documents === undefined
          ? append
          : { ...append, documents: append.documents.map((put) => ({ ...put, expectedRevision: "any" as const })) },
      ),
  },
  {
    name: "documents are listed as a dictionary would",
    caughtBy: "documents list by id in code-unit order",
    alter: (backend) => ({
      ...backend,
      async documents(query) {
        if ("ids" in query) return backend.documents(query)
        const { after } = query
        const all = await backend.documents({ collection: query.collection, limit: 1_000 })
        const sorted = all.toSorted((one, two) => one.id.localeCompare(two.id, "en"))
        const from = after === undefined ? 0 : sorted.findIndex(({ id }) => id === after) + 1
        return sorted.slice(from, from + query.limit)
      },
    }),
  },
  {
    name: "null is taken for a deletion",
    caughtBy: "documents hold null as a value",
    alter: (backend) =>
      appending(backend, (append) =>
        append.documents === undefined
          ? append
          : { ...append, documents: append.documents.map((put) => ({ ...put, value: put.value ?? undefined })) },
      ),
  },
]
