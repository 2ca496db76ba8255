// Asks phone-login whether a token is good at this moment: neither revoked nor of a disabled account: node online.mjs ISSUER TOKEN. Needs nothing but Node.js.
const [issuer, token] = process.argv.slice(2)
const answer = await fetch(`${issuer}/account`, { headers: { authorization: `Bearer ${token}` } })
if (answer.status === 401 || answer.status === 403) {
  console.log('the token is good no more')
  process.exitCode = 1
} else if (!answer.ok) {
  // No word about the token: an API that lets nobody in by mistake answers 503 here.
  throw new Error(`phone-login answered ${answer.status}`)
} else {
  console.log(JSON.stringify(await answer.json()))
}
