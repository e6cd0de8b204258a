/** `fire` of an event as plain JavaScript sees it: with whatever parameters. */
export function fireLoosely(event: object): (parameters: unknown) => Promise<void> {
  return Reflect.get(event, "fire")
}
