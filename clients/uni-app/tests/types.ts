/** Checked only by the compiler: uni-app's own types fit what the client assumes. */

/// <reference types="@dcloudio/types" />

import type { Api, PhoneLoginError } from '../src/index'

export const theirs: Pick<typeof uni, keyof Api> extends Api ? true : false = true

/** Each code has its own members, and no others. */
export function members(error: PhoneLoginError): number | string | unknown {
  switch (error.code) {
    case 'code_incorrect':
      return error.attemptsLeft.toFixed()
    case 'resend_too_soon':
    case 'phone_limit_reached':
      return error.retryAfter.toFixed()
    case 'sms_unavailable':
      return error.retryAfter?.toFixed()
    case 'phone_number_unavailable':
      return error.useSms ? error.why : error.reason
    case 'network_failed':
      return error.reason.length
    case 'request_failed':
      return error.data
    case 'code_expired':
      // @ts-expect-error there is nothing to wait for
      return error.retryAfter
    // @ts-expect-error no such code
    case 'tea_time':
      return 0
    default:
      return error.message
  }
}
