/** Numbers as people write them. The back end reads them with care; here it is enough to know one again. */

/** Whether two people would dial the same: `13800138000`, `138 0013 8000` and `+86 138-0013-8000`. */
export function sameNumber(one: string, other: string): boolean {
  return digits(one) === digits(other)
}

/** The digits, with the country's code; a mobile number of China need not have it. */
export function digits(phoneNumber: string): string {
  // Full-width digits, too.
  const only = phoneNumber.normalize('NFKC').replace(/\D/g, '').replace(/^00/, '')
  return /^1\d{10}$/.test(only) && !phoneNumber.trim().startsWith('+') ? `86${only}` : only
}
