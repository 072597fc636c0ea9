import { css } from '@emotion/css';

/** For screen readers only: out of sight, though still read. The sizes are the smallest that are. */
export const visuallyHidden = css({
  position: 'absolute',
  width: 1,
  height: 1,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
});
