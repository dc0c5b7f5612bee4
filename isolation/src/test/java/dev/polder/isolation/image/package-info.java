/** Tests of images: made in memory, pulled from registries on loopback, unpacked, mounted by root. */
@NullMarked
package dev.polder.isolation.image;

import org.jspecify.annotations.NullMarked;
