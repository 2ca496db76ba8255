/** Double taps: while a call is running, the same call returns the same promise. */

/** `name` identifies calls by their first argument; the options of the first call apply to all. */
export function once<A, O, T>(
  call: (argument: A, options: O) => Promise<T>,
  name: (argument: A) => string,
): (argument: A, options: O) => Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  return (argument, options) => {
    const key = name(argument)
    const running = underWay.get(key)
    if (running) return running
    const promise = call(argument, options).finally(() => underWay.delete(key))
    underWay.set(key, promise)
    return promise
  }
}
