import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const EXAMPLE = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Compiles a project with its `npm run build:…` and returns the output folder. The mode is `test`: production builds
 * accept no address on this machine.
 */
export async function build(
  platform: 'h5' | 'mp-weixin',
  variables: Record<string, string>,
  project = EXAMPLE,
  mode = 'test',
): Promise<string> {
  const path = `${EXAMPLE}node_modules/.bin:${process.env['PATH'] ?? ''}`
  const env = { ...process.env, PATH: path, ...variables }
  // The compiler's output matters only if it fails.
  await promisify(execFile)('npm', ['run', `build:${platform}`, '--', '--mode', mode], { cwd: project, env })
  return `${project}dist/build/${platform}/`
}
