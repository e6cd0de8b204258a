import type { GroupRef } from "../operator/operations.ts"
import type { Registration } from "../reactor/registration.ts"
import { toRegistration } from "../reactor/to-registration.ts"

/**
 * Two reactors with one group name, or two that decide one command.
 * @remedy Give one of them another name, or let one actor decide the command.
 */
export class DuplicateReactor extends Error {
  override readonly name = "DuplicateReactor"
  readonly code = "duplicate-reactor"
}

/** The reactors of an app, by group, by value and by the commands they decide. */
export interface Registry {
  /** Takes in a reactor and answers what the runtime needs of it. Throws `NotAReactor` or `DuplicateReactor`. */
  add(reactor: unknown): Registration
  /** Forgets a reactor: its name and its commands are free again. */
  remove(registration: Registration): void
  /** The group of a name or a registered reactor. */
  nameOf(group: GroupRef): string
  all(): readonly Registration[]
}

export function createRegistry(): Registry {
  const byGroup = new Map<string, Registration>()
  const byValue = new Map<unknown, Registration>()
  const byCommand = new Map<string, string>()
  return {
    add(reactor) {
      const registration = toRegistration(reactor)
      const { group, decides } = registration
      if (byGroup.has(group)) {
        throw new DuplicateReactor(
          `a reactor named ${group} is registered already: a group's name belongs to one reactor`,
        )
      }
      for (const type of decides) {
        const other = byCommand.get(type)
        if (other !== undefined)
          throw new DuplicateReactor(`command ${type} is decided by ${other} already: ${group} can not decide it too`)
      }
      byGroup.set(group, registration)
      byValue.set(reactor, registration)
      for (const type of decides) byCommand.set(type, group)
      return registration
    },
    remove(registration) {
      byGroup.delete(registration.group)
      for (const [reactor, one] of byValue) if (one === registration) byValue.delete(reactor)
      for (const type of registration.decides) byCommand.delete(type)
    },
    nameOf(group) {
      if (typeof group === "string") return group
      return (byValue.get(group) ?? toRegistration(group)).group
    },
    all: () => [...byGroup.values()],
  }
}
