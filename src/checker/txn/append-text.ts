/** How keys, appended elements and lists that were read are written in explanations. */
import { type AppendHistory, type ElementList, listOf, none, valuesOf } from './append-versions.ts';
import { text } from './findings.ts';

export function keyText({ transactions }: AppendHistory, microOperation: number): string {
  return text(transactions.keys[transactions.key[microOperation] ?? 0]);
}

export function elementText({ transactions }: AppendHistory, append: number): string {
  return text(transactions.elements.value(transactions.value[append] ?? none));
}

export function valueText({ transactions }: AppendHistory, element: number): string {
  return text(transactions.elements.value(element));
}

export function elementsText({ transactions }: AppendHistory, list: ElementList): string {
  return text(valuesOf(transactions, list));
}

export function listText(history: AppendHistory, read: number): string {
  return elementsText(history, listOf(history, read));
}
