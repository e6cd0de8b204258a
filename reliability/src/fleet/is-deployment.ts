import type { Deployment } from "../bank/reactors.ts"

export function isDeployment(text: string): text is Deployment {
  return text === "old" || text === "new"
}
