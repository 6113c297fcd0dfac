/** Which machine this is: asked of the metadata service, with version 2 only, and only where a setting needs it. */
package io.imdsight.publish.identity;
