/**
 * What is wrong with a file and where: the one form in which every bad line of configuration, list
 * or recipient file is told to people.
 */
@NullMarked
package org.postern.core.problem;

import org.jspecify.annotations.NullMarked;
