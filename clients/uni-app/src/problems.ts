/** The back end's problems (RFC 9457): each code of its contract with the members that come with it. */

import { PROBLEMS, type ProblemBody } from './contract'
import { type Kinds, hasMembers, isRecord } from './shape'

export type ProblemCode = keyof typeof PROBLEMS

interface Members extends Pick<ProblemBody, 'status' | 'detail'> {
  /** To be told to whoever runs the back end: its logs have it. */
  readonly requestId: string | undefined
  /** Which field of the request is at fault, where it is one. */
  readonly field?: string
}

/** The members that come with a code at times. */
interface Sometimes {
  /** A message may be on its way: it has the rest of its cooldown. */
  readonly sms_unavailable: Pick<ProblemBody, 'retryAfter'>
}

/** The problem of one code. */
type ProblemOf<C extends ProblemCode> = Members & { readonly code: C } & Required<
    Pick<ProblemBody, keyof (typeof PROBLEMS)[C] & keyof ProblemBody>
  > &
  (C extends keyof Sometimes ? Sometimes[C] : unknown)

const AT_TIMES: { readonly [C in ProblemCode]?: Kinds } = { sms_unavailable: { retryAfter: 'number' } }

export type Problem = { [C in ProblemCode]: ProblemOf<C> }[ProblemCode]

/** The problems that say in how many seconds to come back. */
export type LimitProblem = Extract<Problem, { readonly retryAfter: number }>
export type LimitCode = LimitProblem['code']
export type IncorrectCodeProblem = ProblemOf<'code_incorrect'>

/** Reads the body of an answer; `undefined` if it is no problem of the contract. */
export function readProblem(status: number, body: unknown): Problem | undefined {
  if (!isRecord(body)) return undefined
  const { code, detail, requestId } = body
  if (!isCode(code) || typeof detail !== 'string') return undefined
  const extra: Kinds = PROBLEMS[code]
  if (!hasMembers(body, extra)) return undefined
  const there = (kinds: Kinds) => Object.entries(kinds).filter(([name, kind]) => typeof body[name] === kind)
  const names = [...there(extra), ...there({ ...AT_TIMES[code], field: 'string' })].map(([name]) => name)
  const members: Record<string, unknown> = {}
  for (const name of names) members[name] = body[name]
  const problem = { code, status, detail, requestId: typeof requestId === 'string' ? requestId : undefined, ...members }
  // What was just checked, name by name, is more than the compiler can follow.
  return problem as Problem
}

function isCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.keys(PROBLEMS).includes(code)
}
