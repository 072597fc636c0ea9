import { formattedValueToString } from '@grafana/data';
import { Maybe, Reading } from '../../data/view';
import { t } from './t';

const PERCENT = 100;
const SECONDS = { minute: 60, hour: 3600, day: 86_400 };
/** Up to this many of a unit are told in it: 90 s, not 2 min. */
const SMALLEST_OF_LARGER_UNIT = 2;

const MINUS = '−';
/** What stands for a number that is not known; the reason stands beside it. */
export const UNKNOWN = '–';

export function readingText(reading: Reading): string {
  return formattedValueToString(reading.display);
}

export function maybeText(reading: Maybe<Reading>): string {
  return reading.known ? readingText(reading.value) : UNKNOWN;
}

/** As the first of two numbers: without the unit when the second has the same. */
export function firstText(reading: Reading, second: Maybe<Reading>): string {
  const { display } = reading;
  const isSaid = second.known && second.value.display.suffix === display.suffix;
  return isSaid ? formattedValueToString({ ...display, suffix: undefined }) : formattedValueToString(display);
}

/** With its sign always: +2, −1, and 0 without one. */
export function signedText(reading: Reading): string {
  const text = readingText(reading).replace(/^[-−+]/, '');
  return `${signOf(reading.value)}${text}`;
}

function signOf(value: number): string {
  if (value === 0) {
    return '';
  }
  return value > 0 ? '+' : MINUS;
}

/** A ratio in whole percent. */
export function percentText(ratio: number): string {
  return t('number.percent', '{{value}}%', { value: String(Math.round(ratio * PERCENT)) });
}

/** The least and the most that is said of a probability: nothing measured is impossible, or certain. */
const LEAST_PROBABILITY = 0.01;

/** A probability in whole percent, "under 1%" and "over 99%" at its ends. */
export function probabilityText(probability: number): string {
  if (probability < LEAST_PROBABILITY) {
    return t('number.under', 'under {{percent}}', { percent: percentText(LEAST_PROBABILITY) });
  }
  if (probability > 1 - LEAST_PROBABILITY) {
    return t('number.over', 'over {{percent}}', { percent: percentText(1 - LEAST_PROBABILITY) });
  }
  return percentText(probability);
}

/** A duration in seconds, in the largest unit that it has at least two of. */
export function durationText(seconds: number): string {
  if (seconds >= SMALLEST_OF_LARGER_UNIT * SECONDS.day) {
    return t('duration.days', '{{value}} d', { value: String(Math.round(seconds / SECONDS.day)) });
  }
  if (seconds >= SMALLEST_OF_LARGER_UNIT * SECONDS.hour) {
    return t('duration.hours', '{{value}} h', { value: String(Math.round(seconds / SECONDS.hour)) });
  }
  if (seconds >= SMALLEST_OF_LARGER_UNIT * SECONDS.minute) {
    return t('duration.minutes', '{{value}} min', { value: String(Math.round(seconds / SECONDS.minute)) });
  }
  return t('duration.seconds', '{{value}} s', { value: String(Math.round(seconds)) });
}
