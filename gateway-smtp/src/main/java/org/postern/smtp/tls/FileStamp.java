package org.postern.smtp.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.postern.core.config.TlsConfig;

/**
 * By which a renewed file is recognised without reading it. Links are followed, as renewal tools
 * switch them.
 *
 * @param identity the inode, where the file system has one
 */
record FileStamp(Path file, FileTime modified, long size, String identity) {
    static List<FileStamp> of(TlsConfig config) {
        List<FileStamp> stamps = new ArrayList<>();
        for (TlsConfig.Certificate c : config.certificates()) {
            stamps.add(of(c.chain()));
            stamps.add(of(c.key()));
        }
        return List.copyOf(stamps);
    }

    private static FileStamp of(Path file) {
        try {
            BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(
                    file, a.lastModifiedTime(), a.size(), Objects.toString(a.fileKey()));
        } catch (IOException e) {
            // missing or unreadable is a state like any other; reading it will say why
            return new FileStamp(file, FileTime.fromMillis(0), -1, e.getClass().getName());
        }
    }
}
