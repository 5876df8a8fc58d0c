/** The page's script, part 4: the timeline. Bars where they fit, density where they do not. */
export declare const timelineScript: string;
