import type { Position } from "@millrace/core/backend"

import type { ChainCommit } from "./chain.ts"

/** How many commits are remembered. */
const MOST = 500

/** The commits that came in last. */
export interface Recent {
  add(commit: ChainCommit): void
  /** Those above a position; `undefined` where some are not remembered. */
  above(position: Position): readonly ChainCommit[] | undefined
  forget(): void
}

export function recentCommits(): Recent {
  let commits: ChainCommit[] = []
  return {
    add(commit) {
      commits.push(commit)
      if (commits.length > 2 * MOST) commits = commits.slice(-MOST)
    },
    above(position) {
      const first = commits.findLastIndex(({ _id }) => _id <= position + 1)
      if (first < 0) return undefined
      return commits.slice(first).filter(({ _id }) => _id > position)
    },
    forget() {
      commits = []
    },
  }
}
