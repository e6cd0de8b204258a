import type { WriteObserver } from "./write-observer.ts"
import type { AppendTarget } from "./writer.ts"

/** What a writer stores to, with an observer that is told of each call; without one, the target itself. */
export function observeAppends(
  target: AppendTarget,
  observer: Pick<WriteObserver, "heard" | "append"> | undefined,
): AppendTarget {
  if (observer === undefined) return target
  return {
    get capabilities() {
      return target.capabilities
    },
    append: (appends) =>
      observer.heard() ? observer.append(appends, () => target.append(appends)) : target.append(appends),
  }
}
