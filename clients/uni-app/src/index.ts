export {
  type ApiRequest,
  type LoggedIn,
  type Options,
  type PhoneLogin,
  createPhoneLogin,
} from './client'
export type { SendCodeAnswer } from './contract'
export { type ClientFailure, type Language, type PhoneLoginError, type PhoneNumberRefusal, isPhoneLoginError } from './errors'
export type { PhoneNumberEvent } from './one-tap'
export type { IncorrectCodeProblem, LimitCode, LimitProblem, Problem, ProblemCode } from './problems'
export type { Session } from './session'
