import React from 'react';
import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import { Reading } from '../data/view';
import { readingText } from './words/numbers';

interface Props {
  readonly reading: Reading;
  /** Where the words are not the plain number. */
  readonly text?: string;
}

/** A number, as a link where its field has one. */
export function ReadingText({ reading, text = readingText(reading) }: Props) {
  const styles = useStyles2(getStyles);
  const [link] = reading.links();
  if (link === undefined) {
    return <>{text}</>;
  }
  return (
    <a
      className={styles.link}
      href={link.href}
      title={link.title}
      target={link.target}
      rel="noopener noreferrer"
      onClick={link.onClick}
    >
      {text}
    </a>
  );
}

// Underlined, so that a link is not known by its color alone.
const getStyles = () => ({ link: css({ textDecoration: 'underline' }) });
