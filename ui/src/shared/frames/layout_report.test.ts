import { expect, it } from 'vitest'
import { LayoutReport, type TileSize } from './layout_report'

function setup() {
  const sent: TileSize[][] = []
  const waiting: (() => void)[] = []
  const report = new LayoutReport((tiles) => sent.push(tiles), (run) => waiting.push(run))
  const frame = () => waiting.splice(0).forEach((run) => run())
  return { sent, report, frame }
}

it('sends once per frame and not what was sent already', () => {
  const { sent, report, frame } = setup()
  const stage = Symbol('stage')
  report.show(stage, [{ id: 1, width: 100, height: 50 }])
  report.show(stage, [{ id: 1, width: 200, height: 100 }])
  frame()
  report.show(stage, [{ id: 1, width: 200, height: 100 }])
  frame()
  expect(sent).toEqual([[{ id: 1, width: 200, height: 100 }]])
})

it('keeps frames coming while a tile moves from the stage to the floating call', () => {
  const { sent, report, frame } = setup()
  const [stage, mini] = [Symbol('stage'), Symbol('mini')]
  report.show(stage, [{ id: 1, width: 200, height: 100 }])
  frame()
  report.hide(stage)
  report.show(mini, [{ id: 1, width: 80, height: 45 }])
  frame()
  report.hide(mini)
  frame()
  expect(sent).toEqual([[{ id: 1, width: 200, height: 100 }], [{ id: 1, width: 80, height: 45 }], []])
})
