import type { Backend } from "../../../../packages/core/src/index.ts"

/** What a bench may ask of any backend. */
export interface BackendOptions {
  readonly onStatement?: () => void
}

const openers = {
  sqlite: async (url: string, options: BackendOptions): Promise<Backend> =>
    (await import("../../../../packages/sqlite/src/index.ts")).sqliteBackend(url, options),
  postgres: async (url: string, options: BackendOptions): Promise<Backend> =>
    (await import("../../../../packages/postgres/src/index.ts")).postgresBackend(url, options),
  redis: async (url: string, { onStatement }: BackendOptions): Promise<Backend> =>
    (await import("../../../../packages/redis/src/index.ts")).redisBackend(
      url,
      onStatement === undefined ? {} : { onCall: onStatement },
    ),
  mongodb: async (url: string, { onStatement }: BackendOptions): Promise<Backend> =>
    (await import("../../../../packages/mongodb/src/index.ts")).mongodbBackend(
      url,
      onStatement === undefined ? {} : { onCommand: () => onStatement() },
    ),
}

/** The storages that Millrace is measured on. */
export type BackendName = keyof typeof openers

/** Opens a backend at its defaults. `url` is what a round's place has: a file's path or a server's URL. */
export async function openBackend(name: BackendName, url: string, options: BackendOptions = {}): Promise<Backend> {
  const backend = await openers[name](url, options)
  await backend.migrate()
  return backend
}

export function isBackendName(name: string | undefined): name is BackendName {
  return name !== undefined && Object.hasOwn(openers, name)
}
