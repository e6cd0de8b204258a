import { type App, createApp, type MessageId, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { onTestFinished } from "vitest"

import { noted } from "./noted.ts"
import { surely } from "./surely.ts"

/** Writers that dispatch one message after another, each until it is acknowledged. */
export interface Traffic {
  /** The ids of all messages that were acknowledged. */
  readonly acknowledged: readonly MessageId[]
  /** Resolves when so many more are acknowledged. */
  more(count: number): Promise<void>
  /** Lets each writer finish its message, and no other. */
  stop(): Promise<void>
}

const STREAMS_PER_WRITER = 5

/** Starts `writers` writers, each with a connection of its own, as processes have. */
export async function startTraffic(url: string, writers: number): Promise<Traffic> {
  const acknowledged: MessageId[] = []
  let going = true
  let waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const note = (id: MessageId): void => {
    acknowledged.push(id)
    const reached = waiting.filter(({ count }) => acknowledged.length >= count)
    waiting = waiting.filter(({ count }) => acknowledged.length < count)
    for (const { resolve } of reached) resolve()
  }
  const write = async (app: App, writer: number): Promise<void> => {
    for (let at = 0; going; at += 1) {
      const message = noted(`source-${writer}.${at % STREAMS_PER_WRITER}`, at)
      // The same message with the same id, until the storage has it: what a caller does who must not lose it.
      await surely(() => app.dispatch(message))
      note(message.id)
    }
  }
  const apps = await Promise.all(Array.from({ length: writers }, () => writerOn(url)))
  const writing = Promise.all(apps.map(write))
  onTestFinished(() => {
    going = false
  })
  return {
    acknowledged,
    more: (count) =>
      Promise.race([
        new Promise<void>((resolve) => waiting.push({ count: acknowledged.length + count, resolve })),
        writing.then(() => {}),
      ]),
    async stop() {
      going = false
      await writing
    },
  }
}

async function writerOn(url: string): Promise<App> {
  const backend = open(url)
  const app = await createApp({ backend, logger: silentLogger })
  onTestFinished(async () => {
    await app.close()
    await backend.close()
  })
  return app
}
