/** `fire` of an event as plain JavaScript sees it: with whatever parameters. */
export async function fireLoosely(event: object, parameters: unknown): Promise<void> {
  const fire: unknown = Reflect.get(event, "fire")
  if (typeof fire === "function") await Reflect.apply(fire, event, [parameters])
}

/** `listen` of an event, with whatever arguments. */
export function listenLoosely(event: object, ...given: readonly unknown[]): void {
  const listen: unknown = Reflect.get(event, "listen")
  if (typeof listen === "function") Reflect.apply(listen, event, [...given])
}
