// Asks phone-login whether a token is valid right now (not revoked, account not disabled): node online.mjs ISSUER TOKEN. Needs only Node.js.
const [issuer, token] = process.argv.slice(2)
const answer = await fetch(`${issuer}/account`, { headers: { authorization: `Bearer ${token}` } })
if (answer.status === 401 || answer.status === 403) {
  console.log('the token is no longer valid')
  process.exitCode = 1
} else if (!answer.ok) {
  // No answer about the token: an API that must not let anybody in by mistake answers 503 here.
  throw new Error(`phone-login answered ${answer.status}`)
} else {
  console.log(JSON.stringify(await answer.json()))
}
