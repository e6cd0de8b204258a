/** What a project can keep its log in. */
export const BACKENDS = ["sqlite", "postgres", "redis", "mongodb"] as const

export type BackendName = (typeof BACKENDS)[number]

/** Where a new project looks for its store until its config is changed. */
export function urlFor(backend: BackendName, project: string): string {
  switch (backend) {
    case "sqlite":
      return `sqlite:${project}.db`
    case "postgres":
      return `postgres://localhost:5432/${project}`
    case "redis":
      return `redis://localhost:6379?prefix=${project}`
    case "mongodb":
      return `mongodb://localhost:27017/${project}`
  }
}
