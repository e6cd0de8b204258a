/** A setting of the environment; one that is empty is none. */
export function setting(name: string): string | undefined {
  const value = process.env[name]
  return value === "" ? undefined : value
}
