import { startPostgres } from "../../src/servers/start-postgres.ts"
import { startRedis } from "../../src/servers/start-redis.ts"
import { mongoForTests } from "../mongo-for-tests.ts"
import type { StorageName } from "./killed/told.ts"
import { mongodbSite } from "./mongodb-site.ts"
import { postgresSite } from "./postgres-site.ts"
import { redisSite } from "./redis-site.ts"
import type { Mishap, Site } from "./site.ts"
import { sqliteSite } from "./sqlite-site.ts"

/** A storage with its crash points, and how it is ended. */
export interface Opened {
  readonly site: Site
  readonly end: () => Promise<void>
}

/** A storage that is struck, and by what in a process that lives on. */
export interface Struck {
  readonly storage: StorageName
  /** With the reason, where it can not be had here. */
  readonly title: string
  readonly skipped: boolean
  readonly mishaps: readonly Mishap[]
  readonly open: () => Promise<Opened>
}

/** Every storage that outlives its process. */
export async function allStruck(): Promise<readonly Struck[]> {
  const mongo = await mongoForTests()
  return [
    {
      storage: "sqlite",
      title: "sqlite",
      skipped: false,
      mishaps: ["dead"],
      open: async () => ({ site: await sqliteSite(), end: async () => {} }),
    },
    {
      storage: "postgres",
      title: "postgres",
      skipped: false,
      mishaps: ["lost", "unanswered", "dead"],
      async open() {
        const server = await startPostgres({ settings: { fsync: "off" } })
        return { site: await postgresSite(server.url), end: () => server.stop() }
      },
    },
    {
      storage: "redis",
      title: "redis",
      skipped: false,
      mishaps: ["lost", "unanswered", "dead"],
      async open() {
        const server = await startRedis()
        return { site: await redisSite(server.url), end: () => server.stop() }
      },
    },
    {
      storage: "mongodb",
      title: mongo.missing === undefined ? "mongodb" : `mongodb, skipped: ${mongo.missing}`,
      skipped: mongo.missing !== undefined,
      mishaps: ["lost", "unanswered", "silent", "dead", "gone"],
      open: async () => ({
        site: await mongodbSite(mongo.server?.urlOf(`crash_points_${process.pid}_${(sites += 1)}`) ?? ""),
        end: async () => {},
      }),
    },
  ]
}

let sites = 0
