/** Checks the shape of values from outside. */

/** Members by name, with the result of `typeof`. */
export type Kinds = Readonly<Record<string, 'string' | 'number' | 'boolean'>>

export function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

/** Whether these members are there. */
export function hasMembers(data: Readonly<Record<string, unknown>>, kinds: Kinds): boolean {
  return Object.entries(kinds).every(([name, kind]) => typeof data[name] === kind)
}
