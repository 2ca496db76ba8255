/** WeChat's button `getPhoneNumber`: its code, or why there is none. */

import { type Language, type PhoneNumberRefusal, clientError } from './errors'

/**
 * The event of `<button open-type="getPhoneNumber">`, in uni-app, Taro and WeChat itself.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/getPhoneNumber.html
 */
export interface PhoneNumberEvent {
  readonly detail: {
    /** Valid for five minutes, once. */
    readonly code?: string | undefined
    readonly errMsg?: string | undefined
    readonly errno?: number | undefined
  }
}

/** The button's code; if there is none, throws an error that says why. */
export function phoneCodeOf({ detail }: PhoneNumberEvent, language: Language): string {
  if (detail.code) return detail.code
  const why = refusal(detail)
  // A person who closes the sheet may only have looked at it.
  const failure = { code: 'phone_number_unavailable', why, useSms: why !== 'cancelled' } as const
  throw clientError({ ...failure, reason: detail.errMsg ?? `errno ${detail.errno ?? 'missing'}` }, language)
}

/** WeChat reports errors by number and by text, on some phones by only one of them. */
function refusal({ errMsg = '', errno }: PhoneNumberEvent['detail']): PhoneNumberRefusal {
  if (errno === 1400001 || /quota/.test(errMsg)) return 'no_quota'
  // 112: the console's privacy guidelines do not name the phone number, so nobody can agree.
  if (errno === 112 || /no permission|not declared/.test(errMsg)) return 'not_permitted'
  if (errno === 104 || /privacy/.test(errMsg)) return 'privacy_not_agreed'
  if (/cancel/.test(errMsg)) return 'cancelled'
  if (errno === 103 || /deny/.test(errMsg)) return 'denied'
  return 'failed'
}
