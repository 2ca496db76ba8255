import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** Compiles the project as `npm run build:…` does, and answers the folder that it went to. */
export async function build(platform: 'h5' | 'mp-weixin', variables: Record<string, string>): Promise<string> {
  const env = { ...process.env, ...variables }
  // What the program says about itself is of interest only if it fails.
  await promisify(execFile)('npm', ['run', `build:${platform}`], { cwd: PROJECT, env })
  return `${PROJECT}dist/build/${platform}/`
}
