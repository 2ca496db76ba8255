/** Double taps: while a call is under way, the same call gets the same promise. */

export function once<A, T>(call: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  return (argument) => {
    const key = JSON.stringify(argument)
    const running = underWay.get(key)
    if (running) return running
    const promise = call(argument).finally(() => underWay.delete(key))
    underWay.set(key, promise)
    return promise
  }
}
