/** Three short tones on the desktop's own output, to hear whether there is sound at all. */
const TONES = [523.25, 659.25, 783.99]
const STEP = 0.16

export function playChime(): void {
  const context = new AudioContext()
  TONES.forEach((frequency, i) => {
    const from = context.currentTime + i * STEP
    const tone = new OscillatorNode(context, { frequency })
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(0.2, from + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.001, from + STEP * 2)
    tone.connect(volume).connect(context.destination)
    tone.start(from)
    tone.stop(from + STEP * 2)
    if (i === TONES.length - 1) tone.onended = () => void context.close()
  })
}
