/** All tiles in one WebGL2 context: three textures a tile, BT.601 limited range, corners cut in the shader. */
import { chromaSize, type Frame } from './header'
import { fitScale, type Painted, type Place, type Renderer } from './renderer'

const VERTEX = `#version 300 es
out vec2 at;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  at = vec2(corner.x, 1.0 - corner.y);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`

const FRAGMENT = `#version 300 es
precision highp float;
in vec2 at;
out vec4 colour;
uniform sampler2D planeY, planeU, planeV;
uniform vec2 size;
uniform vec2 scale;
uniform float radius, inside, mirror;
void main() {
  vec2 centred = at - 0.5;
  vec2 uv = (inside > 0.5 ? centred / scale : centred * scale) + 0.5;
  uv.x = mix(uv.x, 1.0 - uv.x, mirror);
  float shown = step(0.0, uv.x) * step(uv.x, 1.0) * step(0.0, uv.y) * step(uv.y, 1.0);
  float y = 1.1643835 * (texture(planeY, uv).r - 0.0627451);
  float u = texture(planeU, uv).r - 0.5019608;
  float v = texture(planeV, uv).r - 0.5019608;
  vec3 rgb = vec3(y + 1.5960268 * v, y - 0.3917623 * u - 0.8129676 * v, y + 2.0172321 * u);
  vec2 corner = abs(centred * size) - size * 0.5 + radius;
  float away = length(max(corner, 0.0)) + min(max(corner.x, corner.y), 0.0) - radius;
  float cover = clamp(0.5 - away, 0.0, 1.0);
  colour = vec4(clamp(rgb, 0.0, 1.0) * shown, 1.0) * cover;
}`

type Plane = { texture: WebGLTexture; width: number; height: number }
type Tile = { place: Place; planes: [Plane, Plane, Plane] | null; aspect: number; seq: number; dirty: boolean }

/** Null where there is no WebGL2 or its shaders do not compile. */
export function createWebglRenderer(canvas: HTMLCanvasElement): Renderer | null {
  const gl = canvas.getContext('webgl2', { alpha: true, antialias: false, depth: false, preserveDrawingBuffer: true })
  if (gl === null) return null
  const program = link(gl)
  if (program === null) return null
  return new WebglRenderer(canvas, gl, program)
}

class WebglRenderer implements Renderer {
  readonly kind = 'webgl2'
  readonly #tiles = new Map<number, Tile>()
  readonly #uniforms: Record<'size' | 'scale' | 'radius' | 'inside' | 'mirror', WebGLUniformLocation | null>
  #ratio = 1
  #clear = true

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly gl: WebGL2RenderingContext,
    program: WebGLProgram,
  ) {
    gl.useProgram(program)
    const at = (name: string) => gl.getUniformLocation(program, name)
    this.#uniforms = { size: at('size'), scale: at('scale'), radius: at('radius'), inside: at('inside'), mirror: at('mirror') }
    for (const [unit, name] of ['planeY', 'planeU', 'planeV'].entries()) gl.uniform1i(at(name), unit)
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
    gl.enable(gl.SCISSOR_TEST)
    gl.clearColor(0, 0, 0, 0)
  }

  arrange(places: readonly Place[], width: number, height: number, ratio: number): void {
    const w = Math.max(1, Math.round(width * ratio))
    const h = Math.max(1, Math.round(height * ratio))
    if (this.canvas.width !== w) this.canvas.width = w
    if (this.canvas.height !== h) this.canvas.height = h
    this.#ratio = ratio
    const listed = new Set(places.map((place) => place.id))
    for (const [id, tile] of this.#tiles) {
      if (listed.has(id)) continue
      for (const plane of tile.planes ?? []) this.gl.deleteTexture(plane.texture)
      this.#tiles.delete(id)
    }
    for (const place of places) {
      const tile = this.#tiles.get(place.id)
      if (tile) tile.place = place
      else this.#tiles.set(place.id, { place, planes: null, aspect: 1, seq: -1, dirty: false })
    }
    this.#clear = true
  }

  take(frame: Frame): void {
    const tile = this.#tiles.get(frame.tile)
    if (!tile) return
    const { gl } = this
    const cw = chromaSize(frame.width)
    const ch = chromaSize(frame.height)
    tile.planes ??= [makePlane(gl), makePlane(gl), makePlane(gl)]
    upload(gl, tile.planes[0], frame.y, frame.width, frame.height)
    upload(gl, tile.planes[1], frame.u, cw, ch)
    upload(gl, tile.planes[2], frame.v, cw, ch)
    tile.aspect = frame.width / frame.height
    tile.seq = frame.seq
    tile.dirty = true
  }

  paint(): Painted[] {
    const { gl } = this
    if (this.#clear) {
      gl.scissor(0, 0, this.canvas.width, this.canvas.height)
      gl.clear(gl.COLOR_BUFFER_BIT)
    }
    const painted: Painted[] = []
    for (const [id, tile] of this.#tiles) {
      if (tile.planes === null || !(tile.dirty || this.#clear)) continue
      this.#draw(tile, tile.planes)
      if (tile.dirty) painted.push({ tile: id, seq: tile.seq })
      tile.dirty = false
    }
    this.#clear = false
    return painted
  }

  #draw(tile: Tile, planes: [Plane, Plane, Plane]): void {
    const { gl } = this
    const { place } = tile
    const x = Math.round(place.x * this.#ratio)
    const y = Math.round(place.y * this.#ratio)
    const w = Math.max(1, Math.round(place.width * this.#ratio))
    const h = Math.max(1, Math.round(place.height * this.#ratio))
    const bottom = this.canvas.height - y - h
    gl.viewport(x, bottom, w, h)
    gl.scissor(x, bottom, w, h)
    planes.forEach((plane, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit)
      gl.bindTexture(gl.TEXTURE_2D, plane.texture)
    })
    const scale = fitScale(place.fit, tile.aspect, w / h)
    gl.uniform2f(this.#uniforms.size, w, h)
    gl.uniform2f(this.#uniforms.scale, scale.x, scale.y)
    gl.uniform1f(this.#uniforms.radius, place.radius * this.#ratio)
    gl.uniform1f(this.#uniforms.inside, place.fit === 'contain' ? 1 : 0)
    gl.uniform1f(this.#uniforms.mirror, place.mirror ? 1 : 0)
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)
  }

  dispose(): void {
    for (const tile of this.#tiles.values()) for (const plane of tile.planes ?? []) this.gl.deleteTexture(plane.texture)
    this.#tiles.clear()
    this.gl.getExtension('WEBGL_lose_context')?.loseContext()
  }
}

function makePlane(gl: WebGL2RenderingContext): Plane {
  const texture = gl.createTexture()
  gl.bindTexture(gl.TEXTURE_2D, texture)
  for (const [name, value] of [
    [gl.TEXTURE_MIN_FILTER, gl.LINEAR],
    [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
    [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
  ] as const) gl.texParameteri(gl.TEXTURE_2D, name, value)
  return { texture, width: 0, height: 0 }
}

function upload(gl: WebGL2RenderingContext, plane: Plane, data: Uint8Array, width: number, height: number): void {
  gl.activeTexture(gl.TEXTURE0)
  gl.bindTexture(gl.TEXTURE_2D, plane.texture)
  if (plane.width === width && plane.height === height) {
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED, gl.UNSIGNED_BYTE, data)
    return
  }
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, width, height, 0, gl.RED, gl.UNSIGNED_BYTE, data)
  plane.width = width
  plane.height = height
}

function link(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram()
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(type)
    if (shader === null) return null
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : null
}
