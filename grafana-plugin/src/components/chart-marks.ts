import { colorManipulator, GrafanaTheme2 } from '@grafana/data';
import { EventMark } from '../data/view';

/** What of the chart's library is drawn with; positions are pixels of the canvas. */
export interface Plot {
  readonly ctx: CanvasRenderingContext2D;
  /** In CSS pixels. */
  readonly width: number;
  readonly bbox: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  valToPos(value: number, scale: string, canvasPixels: boolean): number;
}

export interface DrawnMarks {
  readonly marks: readonly EventMark[];
  readonly nowMs: number;
  readonly nowWords: string;
}

const SPAN_OPACITY = 0.15;
const DASH = [4, 4];
const COLORS = { drift: 'orange', event: 'purple', scaling: 'blue', advice: 'green', other: 'yellow' };

/** Each mark has the number that it has in the list under the chart; a dashed line is now. */
export function drawMarks(plot: Plot, { marks, nowMs, nowWords }: DrawnMarks, theme: GrafanaTheme2): void {
  const { ctx, bbox } = plot;
  const ratio = ctx.canvas.width / plot.width;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${theme.typography.fontSize * ratio}px ${theme.typography.fontFamily}`;
  ctx.textBaseline = 'top';
  ctx.lineWidth = ratio;
  marks.forEach((mark, index) => {
    const from = plot.valToPos(mark.fromMs, 'x', true);
    const to = plot.valToPos(mark.toMs, 'x', true);
    const color = theme.visualization.getColorByName(COLORS[mark.kind]);
    ctx.fillStyle = colorManipulator.alpha(color, SPAN_OPACITY);
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.strokeStyle = color;
    line(plot, from, []);
    ctx.fillStyle = theme.colors.text.primary;
    ctx.textAlign = 'left';
    ctx.fillText(String(index + 1), from + theme.spacing.gridSize * ratio * 0.5, bbox.top);
  });
  const now = plot.valToPos(nowMs, 'x', true);
  ctx.strokeStyle = theme.colors.text.primary;
  ctx.fillStyle = theme.colors.text.primary;
  line(
    plot,
    now,
    DASH.map((length) => length * ratio)
  );
  // Marks have their numbers at the top, so now has its word at the bottom.
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'right';
  ctx.fillText(nowWords, now - theme.spacing.gridSize * ratio * 0.5, bbox.top + bbox.height);
  ctx.restore();
}

function line({ ctx, bbox }: Plot, x: number, dash: number[]): void {
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
}
