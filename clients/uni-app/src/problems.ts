/** The back end's problems (RFC 9457): each code of the contract, with its members. */

import { PROBLEMS, type ProblemBody } from './contract'
import { type Kinds, hasMembers, isRecord } from './shape'

export type ProblemCode = keyof typeof PROBLEMS

interface Members extends Pick<ProblemBody, 'status' | 'detail'> {
  /** Give this id to the operator of the back end, whose logs have it. */
  readonly requestId: string | undefined
  /** The field of the request that is at fault, if it is a single one. */
  readonly field?: string
}

/** Members that come with a code in some cases. */
interface Sometimes {
  /** A message may have been sent: the rest of its cooldown. */
  readonly sms_unavailable: Pick<ProblemBody, 'retryAfter'>
}

/** The problem with one code. */
type ProblemOf<C extends ProblemCode> = Members & { readonly code: C } & Required<
    Pick<ProblemBody, keyof (typeof PROBLEMS)[C] & keyof ProblemBody>
  > &
  (C extends keyof Sometimes ? Sometimes[C] : unknown)

const AT_TIMES: { readonly [C in ProblemCode]?: Kinds } = { sms_unavailable: { retryAfter: 'number' } }

export type Problem = { [C in ProblemCode]: ProblemOf<C> }[ProblemCode]

/** The problems that say in how many seconds to retry. */
export type LimitProblem = Extract<Problem, { readonly retryAfter: number }>
export type LimitCode = LimitProblem['code']
export type IncorrectCodeProblem = ProblemOf<'code_incorrect'>

/** Reads an answer's body; `undefined` if it is not a problem of the contract. */
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
  // The compiler cannot follow the checks above, made member by member.
  return problem as Problem
}

function isCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.keys(PROBLEMS).includes(code)
}
