/** Numbers as people write them. The back end parses them; the client only compares them. */

/** Whether two texts are the same number: `13800138000`, `138 0013 8000` and `+86 138-0013-8000`. */
export function sameNumber(one: string, other: string): boolean {
  return digits(one) === digits(other)
}

/** The digits, with the country code; Chinese mobile numbers may lack it. */
export function digits(phoneNumber: string): string {
  // Also full-width digits.
  const only = phoneNumber.normalize('NFKC').replace(/\D/g, '').replace(/^00/, '')
  return /^1\d{10}$/.test(only) && !phoneNumber.trim().startsWith('+') ? `86${only}` : only
}
