/** Signs that are used often, newest first. */

export const START = ['👍', '❤️', '😂', '🎉', '🙏', '✅', '👀', '🚀']

export function remember(recent: readonly string[], sign: string): string[] {
  return [sign, ...recent.filter((each) => each !== sign)].slice(0, START.length)
}
