import assert from 'node:assert/strict'
import { type PhoneLoginError, isPhoneLoginError } from '../../src/index'

/** The error of `promise`, which must have this code. */
export async function failure<C extends PhoneLoginError['code']>(
  promise: Promise<unknown>,
  code: C,
): Promise<PhoneLoginError & { readonly code: C }> {
  const error: unknown = await promise.then(
    (value) => assert.fail(`it succeeded: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (!isPhoneLoginError(error)) throw error
  assert.equal(error.code, code, error.message)
  assert.notEqual(error.message, '')
  return error as PhoneLoginError & { readonly code: C }
}
